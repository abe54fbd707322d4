"""Exchange: the whole of a company's books out to other programs' files, and kept safe as a backup."""
