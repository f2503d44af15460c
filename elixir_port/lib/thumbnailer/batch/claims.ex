defmodule Thumbnailer.Batch.Claims do
  @moduledoc false
  # Which input each output of this run is made from, so that no output comes from two. On disk, as there may be millions.

  @type t :: term

  @spec open(Path.t()) :: t
  def open(folder) do
    path = Path.join(folder, "claims")
    # What a batch that was killed left behind.
    _ = File.rm(path)

    {:ok, table} =
      :dets.open_file({__MODULE__, path}, file: String.to_charlist(path), auto_save: :infinity)

    table
  end

  @doc "Claims `output` for `input`: `:ok`, `:again` when it has it already, or the input that was first."
  @spec claim(t, Path.t(), Path.t()) :: :ok | :again | {:taken, Path.t()}
  def claim(claims, output, input) do
    key = :erlang.md5(output)

    with false <- :dets.insert_new(claims, {key, input}) do
      case :dets.lookup(claims, key) do
        [{^key, ^input}] -> :again
        [{^key, other}] -> {:taken, other}
      end
    else
      true -> :ok
    end
  end

  @spec close(t) :: :ok
  def close({__MODULE__, path} = claims) do
    :ok = :dets.close(claims)
    File.rm!(path)
  end
end
