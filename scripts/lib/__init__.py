"""What scripts share. A script's own folder is on its path, so this is `lib` there."""
