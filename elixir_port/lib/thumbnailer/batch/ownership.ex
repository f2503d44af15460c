defmodule Thumbnailer.Batch.Ownership do
  @moduledoc false
  # Whether a batch may write an output: nothing that is not its own is ever replaced.
  #
  # Its own are files that the journal has by their names. An image of this run is none, by whatever link or spelling its path leads
  # to it, nor is a link, and nothing is written through a link to a folder below OUT unless links are followed.

  alias Thumbnailer.OS.{Parallel, RawPath}
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

  @doc "What stands in the place of each output, or why nothing may be written there whatever the user wishes."
  @spec look(t, [%{path: Path.t(), name: Path.t()}]) :: [{:ok, state} | {:error, Error.t()}]
  def look(ownership, outputs) do
    folders =
      outputs
      |> Enum.map(&Path.dirname(&1.name))
      |> Enum.uniq()
      |> Parallel.map(&{&1, check_folders(ownership, &1)})
      |> Map.new()

    found = Parallel.map(outputs, &find(folders[Path.dirname(&1.name)], &1))
    infos = for {:regular, info} <- found, do: info
    names = for {%{name: name}, {:regular, _info}} <- Enum.zip(outputs, found), do: name
    known = Enum.zip(OutputClaims.sources(ownership.claims, infos), made(ownership, names))
    judge(ownership, outputs, found, known)
  end

  defp made(%{journal: nil}, names), do: Enum.map(names, fn _name -> nil end)
  defp made(%{journal: journal}, names), do: Journal.outputs(journal, names)

  # Free, an error, or a file of which more must be known.
  defp find(folder, %{path: path, name: name}) do
    with :ok <- check_name(path, Path.split(name)),
         :ok <- folder do
      case RawPath.lstat(path) do
        {:ok, %{type: :regular} = info} -> {:regular, info}
        {:ok, %{type: :symlink}} -> refuse(path, "is a link, which is never replaced")
        {:ok, %{type: type}} -> refuse(path, "is not a regular file (#{type})")
        {:error, :enoent} -> {:ok, :free}
        {:error, posix} -> refuse(path, "cannot be looked at: #{:file.format_error(posix)}")
      end
    end
  end

  defp judge(_ownership, [], [], []), do: []

  defp judge(ownership, [%{path: path} | outputs], [{:regular, info} | found], [
         {source, made} | known
       ]) do
    [own(ownership, path, info, source, made) | judge(ownership, outputs, found, known)]
  end

  defp judge(ownership, [_output | outputs], [told | found], known),
    do: [told | judge(ownership, outputs, found, known)]

  defp own(_ownership, path, _info, source, _made) when source != nil,
    do: refuse(path, "is the image #{Format.printable(source)} itself, which is never replaced")

  defp own(%{replace_any: any}, path, info, nil, made),
    do: {:ok, if(any or made != nil, do: {:ours, info.size}, else: foreign(path))}

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

  defp check_folders(%{follow_links: true}, _folder), do: :ok

  # Those between OUT and the file. OUT itself may be a link: the user has named it.
  defp check_folders(%{out: out}, folder) do
    folder
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
