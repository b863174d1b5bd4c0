"""Articles that tell the same: near copies, reports of one event, who was first. Pure: texts in, decisions out."""
