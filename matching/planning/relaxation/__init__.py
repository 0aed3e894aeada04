"""The linear relaxation of a component: what no plan can be below, and which rounds a good plan may hold."""
