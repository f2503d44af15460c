defmodule Thumbnailer.Batch.CLI.FileLog do
  @moduledoc false
  # The file of `--log`: a line for each file of a batch with the time, appended, so that one log may serve many runs.

  alias Thumbnailer.Batch.Format
  alias Thumbnailer.Error

  @type t :: :file.fd() | nil

  @spec open(Path.t() | nil) :: {:ok, t} | {:error, Error.t()}
  def open(nil), do: {:ok, nil}

  def open(path) do
    case :file.open(path, [:append, :raw, :binary, delayed_write: {65_536, 1_000}]) do
      {:ok, file} ->
        {:ok, file}

      {:error, posix} ->
        {:error,
         Error.new(
           :write_failed,
           "--log #{Format.printable(path)} cannot be written: #{:file.format_error(posix)}"
         )}
    end
  end

  @doc "Appends lines. A log on a full disk does not end the batch."
  @spec puts(t, [String.t()]) :: :ok
  def puts(nil, _lines), do: :ok

  def puts(file, lines) do
    time = DateTime.utc_now() |> DateTime.truncate(:second) |> DateTime.to_iso8601()
    _ = :file.write(file, for(line <- lines, do: [time, ?\s, line, ?\n]))
    :ok
  end

  @spec close(t) :: :ok
  def close(nil), do: :ok

  def close(file) do
    _ = :file.close(file)
    :ok
  end
end
