import Config

# Read when the release starts, wherever that is.
config :shrink,
  photos: System.get_env("PHOTOS", "photos"),
  thumbs: System.get_env("THUMBS", "thumbs"),
  size: System.get_env("SIZE", "200x200")

# The instance below does the work; the default one would be a second program.
config :thumbnailer, default: false
