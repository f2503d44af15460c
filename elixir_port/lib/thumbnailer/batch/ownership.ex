defmodule Thumbnailer.Batch.Ownership do
  @moduledoc false
  # Whether a batch may write an output: nothing that is not its own is ever replaced.
  #
  # Its own are files that the journal has by their names. An image of this run is none, by whatever link or spelling its path leads
  # to it, nor is a link, and nothing is written through a link to a folder below OUT unless links are followed.

  alias Thumbnailer.Batch.Input.RawPath
  alias Thumbnailer.Batch.Journal
  alias Thumbnailer.Batch.Journal.OutputClaims
  alias Thumbnailer.Batch.Format
  alias Thumbnailer.Error

  @enforce_keys [:out, :claims]
  defstruct [:out, :claims, :journal, follow_links: false, replace_any: false]

  @type t :: %__MODULE__{
          out: Path.t(),
          claims: OutputClaims.t(),
          # nil where nothing was made yet
          journal: Journal.t() | nil,
          follow_links: boolean,
          # whether files that no batch made may be replaced, too
          replace_any: boolean
        }

  @typedoc "Nothing has this name; a file of this many bytes that is the batch's own; somebody else's file."
  @type state :: :free | {:ours, non_neg_integer} | {:foreign, Error.t()}

  @doc "What stands in the place of an output, or why nothing may be written there whatever the user wishes."
  @spec look(t, map) :: {:ok, state} | {:error, Error.t()}
  def look(ownership, %{path: path, name: name}) do
    with :ok <- check_name(path, Path.split(name)),
         :ok <- check_folders(ownership, name) do
      case RawPath.lstat(path) do
        {:ok, %{type: :regular} = info} -> regular(ownership, path, name, info)
        {:ok, %{type: :symlink}} -> refuse(path, "is a link, which is never replaced")
        {:ok, %{type: type}} -> refuse(path, "is not a regular file (#{type})")
        {:error, :enoent} -> {:ok, :free}
        {:error, posix} -> refuse(path, "cannot be looked at: #{:file.format_error(posix)}")
      end
    end
  end

  defp regular(ownership, path, name, info) do
    case OutputClaims.source(ownership.claims, info) do
      nil ->
        {:ok, owner(ownership, path, name, info)}

      source ->
        refuse(path, "is the image #{Format.printable(source)} itself, which is never replaced")
    end
  end

  defp owner(%{replace_any: true}, _path, _name, info), do: {:ours, info.size}
  defp owner(%{journal: nil}, path, _name, _info), do: foreign(path)

  defp owner(%{journal: journal}, path, name, info) do
    if Journal.output(journal, name), do: {:ours, info.size}, else: foreign(path)
  end

  defp foreign(path) do
    {:foreign,
     error(
       path,
       "exists, and no batch has made it; move it away, name the outputs differently, or give --overwrite any"
     )}
  end

  defp check_name(path, [".thumbnailer" | _]),
    do: refuse(path, "lies in the folder of the journal")

  defp check_name(path, parts),
    do:
      if(".." in parts, do: refuse(path, "leads out of the folder for the thumbnails"), else: :ok)

  defp check_folders(%{follow_links: true}, _name), do: :ok

  # Those between OUT and the file. OUT itself may be a link: the user has named it.
  defp check_folders(%{out: out}, name) do
    name
    |> Path.dirname()
    |> Path.split()
    |> Enum.reject(&(&1 == "."))
    |> Enum.reduce_while(out, fn part, above ->
      folder = above <> "/" <> part

      case RawPath.lstat(folder) do
        {:ok, %{type: :symlink}} -> {:halt, {:link, folder}}
        {:ok, _folder} -> {:cont, folder}
        {:error, _not_there_yet} -> {:halt, :ok}
      end
    end)
    |> case do
      {:link, folder} ->
        refuse(folder, "is a link; outputs go through it with --follow-links only")

      _no_link ->
        :ok
    end
  end

  defp refuse(path, why), do: {:error, error(path, why)}

  defp error(path, why),
    do: Error.new(:write_failed, "#{Format.printable(path)} #{why}", refused: true)
end
