"""The stages: take → fetch → decide → save. Each is a thin shell around pure decisions; none calls another."""
