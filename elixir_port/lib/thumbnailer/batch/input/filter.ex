defmodule Thumbnailer.Batch.Input.Filter do
  @moduledoc false
  # Which of the files that were found are wanted: `--include`, `--exclude` and `--since`.
  #
  # A glob without a slash is matched against the name, at any depth; one with a slash against the path below the folder
  # that the pattern starts at. An excluded folder is not entered.

  alias Thumbnailer.Batch.Input.Glob

  defstruct include: [], exclude: [], since: nil

  @type t :: %__MODULE__{include: [Glob.rests()], exclude: [Glob.rests()], since: integer | nil}

  @doc "`since` is in POSIX seconds; a file that changed before is left out."
  @spec new([String.t()], [String.t()], integer | nil) :: t
  def new(include, exclude, since) do
    %__MODULE__{
      include: Enum.map(include, &Glob.whole/1),
      exclude: Enum.map(exclude, &Glob.whole/1),
      since: since
    }
  end

  @spec file?(t, Path.t()) :: boolean
  def file?(%__MODULE__{include: [], exclude: []}, _relative), do: true

  def file?(filter, relative) do
    (filter.include == [] or any?(filter.include, relative)) and
      not any?(filter.exclude, relative)
  end

  @spec folder?(t, Path.t()) :: boolean
  def folder?(%__MODULE__{exclude: exclude}, relative), do: not any?(exclude, relative)

  @spec recent?(t, integer) :: boolean
  def recent?(%__MODULE__{since: nil}, _mtime), do: true
  def recent?(%__MODULE__{since: since}, mtime), do: mtime >= since

  defp any?(globs, relative), do: Enum.any?(globs, &Glob.fits?(&1, relative))
end
