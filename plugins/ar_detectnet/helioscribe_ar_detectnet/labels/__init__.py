"""Labels of active regions in the forms that others use: NOAA, KITTI, SHARP bitmaps and HEK."""
