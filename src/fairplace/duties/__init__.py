"""What has to be done in a case, by whom, until when, and what stands in its way: from what everybody may know alone."""
