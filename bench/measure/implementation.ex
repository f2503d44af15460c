defmodule Bench.Implementation do
  @moduledoc """
  A running program that makes the thumbnails of a workload.

    * `:make` - makes a number of images; returns the milliseconds and, if its processes have ended, the bytes of memory that
      they used
    * `:save` - writes the thumbnails to a folder, a file for each source and output, named `0-0`, `0-1`, `1-0`, ...
    * `:processes` - the processes that do the work, each with all its children
    * `:through_beam?` - whether the processor time of this BEAM counts, too
    * `:workload` - its workload, if it differs from the others'
    * `:count` - images in each round, see `Bench.Rounds`
  """

  @enforce_keys [:name, :make, :save, :processes, :stop]
  defstruct [
    :name,
    :make,
    :save,
    :processes,
    :stop,
    :workload,
    through_beam?: false,
    version: "",
    count: 1
  ]
end
