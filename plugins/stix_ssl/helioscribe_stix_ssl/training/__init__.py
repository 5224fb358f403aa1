"""Training of encoder and transforms; torch and scikit-learn are used here only."""
