defmodule Thumbnailer.Batch.Journal.OutputClaims do
  @moduledoc false
  # Which input each output of this run is made from, so that no output comes from two. On disk, as there may be millions.

  alias Thumbnailer.Batch.Journal.DiskTable

  @type t :: pid

  @doc "Starts without claims, with a file in `folder` for the time being."
  @spec open(Path.t()) :: t
  def open(folder) do
    name = "claims-#{System.pid()}-#{System.unique_integer([:positive])}"
    {:ok, table} = DiskTable.start_link(Path.join(folder, name))
    table
  end

  @doc "Claims `output` for `input`: `:ok`, `:again` when it has it already, or the input that was first."
  @spec claim(t, Path.t(), Path.t()) :: :ok | :again | {:taken, Path.t()}
  def claim(claims, output, input) do
    case DiskTable.put_new(claims, :erlang.md5(output), input) do
      {:taken, ^input} -> :again
      other -> other
    end
  end

  @spec close(t) :: :ok
  def close(claims), do: DiskTable.stop(claims)
end
