defmodule Thumbnailer.Batch.Journal.Folder do
  @moduledoc false
  # OUT/.thumbnailer, where a batch keeps its journal and its lock. Neither it nor the journal may be a link: whoever made OUT may
  # have put one there, and would choose which files the batch writes.

  alias Thumbnailer.Error
  alias Thumbnailer.OS.RawPath

  @doc "The folder of the journal of the batches into `out`."
  @spec path(Path.t()) :: Path.t()
  def path(out), do: out <> "/.thumbnailer"

  @doc "Makes the folder of the batches into `out` where it is missing; refuses links."
  @spec make(Path.t()) :: :ok | {:error, Error.t()}
  def make(out) do
    folder = path(out)

    with :ok <- check(folder),
         {:error, posix, which} <- RawPath.make_folder(folder) do
      why = "cannot be made: #{:file.format_error(posix)}"
      {:error, Error.new(:write_failed, "the folder #{which} #{why}")}
    end
  end

  defp check(folder) do
    Enum.find_value([folder, folder <> "/journal"], :ok, fn path ->
      with {:ok, %{type: :symlink}} <- RawPath.lstat(path) do
        why = "is a link, through which no batch writes; move it away"
        {:error, Error.new(:write_failed, "#{path} #{why}")}
      else
        _no_link -> nil
      end
    end)
  end
end
