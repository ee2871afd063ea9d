"""Work that outlasts a click: a process of its own, a lock, progress in the project, one writer."""
