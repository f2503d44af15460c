defmodule Thumbnailer.Batch.Input do
  @moduledoc false
  # One image that a pattern or a list stands for. `Thumbnailer.Batch.Input.Search` finds them.

  alias Thumbnailer.Batch.Input.Kind
  alias Thumbnailer.Error

  @enforce_keys [:path, :relative]
  defstruct [:path, :relative, :info]

  @typedoc """
  `relative` is the path below the folder that the pattern starts at, which outputs mirror; `info` what the file system
  says of a regular file that was found in a folder, with times in POSIX seconds.
  """
  @type t :: %__MODULE__{path: Path.t(), relative: Path.t(), info: File.Stat.t() | nil}

  @typedoc "An input, a file or folder that is left out, or one that cannot be read."
  @type found :: t | {:left_out, Kind.left_out(), Path.t()} | {:error, Path.t(), Error.t()}
end
