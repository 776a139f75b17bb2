"""Real-time inspection of casting-table wells over HTTP."""
