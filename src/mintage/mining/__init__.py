"""Mining: what pools credit and pay, what power, hosting and sites cost, and how joint mining is shared."""
