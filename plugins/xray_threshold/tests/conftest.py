import sys
from pathlib import Path

# Test modules are imported one by one, without their folder on the path.
sys.path.insert(0, str(Path(__file__).parent))
