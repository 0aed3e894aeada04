"""One day whose hours follow from the order of visits: routes, as in the published cases of home care."""
