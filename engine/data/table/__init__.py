"""From a file to a dataset: what the text means, what the columns are, what x and f₀ hold."""
