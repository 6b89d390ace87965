"""北岭热电 Beiling, the demonstration plant: its stories, and the data drawn from them."""
