defmodule Bench.Implementation do
  @moduledoc """
  Something that makes thumbnails by a workload, started and waiting.

    * `:make` - takes a number of images, makes them, yields the milliseconds and, where the processes that did it are gone
      since, the bytes of memory that they had
    * `:save` - writes the thumbnails to a folder, a file for each source and output, named `0-0`, `0-1`, `1-0`, ...
    * `:processes` - the processes that do the work, each with all its children
    * `:through_beam?` - whether this BEAM works for it, so that its processor time counts
    * `:workload` - what it makes, when that is not what all the others do
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
