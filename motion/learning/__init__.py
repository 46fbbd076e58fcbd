"""What every training needs: the loop, checkpoints, plots."""
