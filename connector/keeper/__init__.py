"""The one worker that talks to Qoo10 for one shop: it resolves parcels, and enters their numbers."""
