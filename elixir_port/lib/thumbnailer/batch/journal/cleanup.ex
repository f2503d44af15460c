defmodule Thumbnailer.Batch.Journal.Cleanup do
  @moduledoc false
  # Files that a batch was killed over: whole thumbnails, or parts of one, under the name that they have until they take
  # their own, `.NAME.thumbnailer-PID-N` (port/os/file.cpp, and `Thumbnailer.Cluster.Transfer`); those of processes that are
  # alive are at work.

  alias Thumbnailer.OS.RawPath
  alias Thumbnailer.OS

  @pattern ~r/\A\..+\.thumbnailer-(\d+)-\d+\z/s

  @doc "Deletes them in `folder` and below; yields their paths."
  @spec sweep(Path.t()) :: [Path.t()]
  def sweep(folder) do
    case RawPath.list(folder) do
      {:ok, names} -> Enum.flat_map(names, &visit(folder <> "/" <> &1, Regex.run(@pattern, &1)))
      {:error, _unreadable} -> []
    end
  end

  defp visit(path, match) do
    case RawPath.lstat(path) do
      {:ok, %{type: :directory}} -> sweep(path)
      {:ok, %{type: :regular}} when match != nil -> delete(path, List.last(match))
      _other -> []
    end
  end

  defp delete(path, pid) do
    if not OS.Process.running?(String.to_integer(pid)) and :file.delete(path) == :ok,
      do: [path],
      else: []
  end
end
