"""Finding a home for one child: from the need to the decision and its reasons."""
