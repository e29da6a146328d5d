"""Messages for the buyer: templates filled with an order's facts, to be copied, or sent as the answer to an inquiry."""
