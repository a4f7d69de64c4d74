"""Guards what people write against words that tell of a child: found in a draft, before it is previewed or signed."""
