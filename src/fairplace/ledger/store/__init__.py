"""Where entries are kept: one port, one file per engine; the only importers of `eventsourcing`."""
