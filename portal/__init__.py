"""The CKAN side: a real CKAN on one machine (`portal.local`). Imports neither `harvesters` nor `catalogue`."""
