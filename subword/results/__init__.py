"""What one text, or many, became: `Encoding`, `Ragged`, their truncation and padding."""
