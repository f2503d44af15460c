defmodule Thumbnailer.Batch.Journal.Lock do
  @moduledoc false
  # Keeps two batches from writing into the same folder at a time. The lock names its owner; that of an owner that was
  # killed, such as by kill -9, is taken over.

  alias Thumbnailer.OS

  @doc "Takes the lock of `folder`, `:taken_over` from an owner that has ended, or says who has it."
  @spec take(Path.t(), :ok | :taken_over) :: :ok | :taken_over | {:error, String.t()}
  def take(folder, how \\ :ok) do
    case File.open(path(folder), [:write, :exclusive], &IO.binwrite(&1, owner())) do
      {:ok, :ok} -> how
      {:error, :eexist} -> take_over(folder)
      {:error, posix} -> {:error, "#{path(folder)} cannot be made: #{:file.format_error(posix)}"}
    end
  end

  @spec release(Path.t()) :: :ok
  def release(folder) do
    _ = File.rm(path(folder))
    :ok
  end

  defp take_over(folder) do
    with {:ok, owner} <- File.read(path(folder)),
         true <- alive?(String.split(owner)) do
      {:error,
       "another batch (os pid and host: #{owner}) writes into this folder; if it does not, delete #{path(folder)}"}
    else
      _gone ->
        release(folder)
        take(folder, :taken_over)
    end
  end

  defp alive?([pid, host]) do
    host != host() or pid == System.pid() or
      (match?({number, ""} when number > 0, Integer.parse(pid)) and
         OS.Process.running?(String.to_integer(pid)))
  end

  # Written by a batch that was cut off before it had a name.
  defp alive?(_unnamed), do: false

  defp owner, do: "#{System.pid()} #{host()}"

  defp host do
    {:ok, host} = :inet.gethostname()
    to_string(host)
  end

  defp path(folder), do: Path.join(folder, "lock")
end
