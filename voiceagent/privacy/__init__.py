"""The only maker of what leaves the device: gate, redaction, receipts."""
