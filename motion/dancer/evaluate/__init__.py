"""What the dancer is measured by: plain numbers, for whoever reports them."""
