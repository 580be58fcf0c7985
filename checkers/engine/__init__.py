"""The checking engine: from an executed cell to an attempt in the outbox."""
