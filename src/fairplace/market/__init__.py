"""Who could be asked: authorities, providers, their homes, what they can do, where there is room, on what terms."""
