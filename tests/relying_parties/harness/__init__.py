"""What every party needs: signet itself, a browser, the product's process, the results."""
