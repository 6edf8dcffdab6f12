"""Read the figures behind the labels: candidates from several readers, decided by the equations of the form."""
