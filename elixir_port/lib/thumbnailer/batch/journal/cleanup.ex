defmodule Thumbnailer.Batch.Journal.Cleanup do
  @moduledoc false
  # Files that a batch was killed over: whole thumbnails, or parts of one, under the name that they have until they take
  # their own. `.NAME.thumbnailer-PID-N` is the port program's (port/file.cpp), `NAME.PID-N.part` a cluster's
  # (`Thumbnailer.Cluster.Transfer`); those of processes that are alive are at work.

  alias Thumbnailer.OS

  @pattern ~r/\A(?:\..+\.thumbnailer-(\d+)-\d+|.+\.(\d+)-\d+\.part)\z/s

  @doc "Deletes them in `folder` and below; yields their paths."
  @spec sweep(Path.t()) :: [Path.t()]
  def sweep(folder) do
    with {:ok, names} <- File.ls(folder) do
      Enum.flat_map(names, &visit(Path.join(folder, &1), Regex.run(@pattern, &1)))
    else
      {:error, _unreadable} -> []
    end
  end

  defp visit(path, nil) do
    case :file.read_link_info(path, [:raw]) do
      {:ok, info} when elem(info, 2) == :directory -> sweep(path)
      _file -> []
    end
  end

  defp visit(path, match) do
    os_pid = match |> List.last() |> String.to_integer()
    if not OS.Process.running?(os_pid) and File.rm(path) == :ok, do: [path], else: []
  end
end
