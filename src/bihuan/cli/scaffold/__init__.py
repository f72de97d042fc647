"""The files of a new module, as texts with `$name`, `$Name`, `$zh` and `$en` in them."""
