defmodule Thumbnailer.Batch.Setting do
  @moduledoc false
  # The table of the options of a batch, apart from those of its thumbnails: name, default, what it accepts in words, whether a value is
  # accepted, and what it does.

  alias Thumbnailer.{Formats, Keywords, Size}

  @rows [
    {:out, nil, "a path", "the folder for the thumbnails; it is made when it is missing"},
    {:from, nil, "a path, or \"-\" for standard input",
     "a list of files, one in each line or between null bytes"},
    {:null, false, "true or false",
     "the paths of the list stand between null bytes, even when the first block has none"},
    {:sizes, ["200x200"], "a list of sizes such as \"200\", \"200x100\", \"200x\", \"x100\"",
     "the sizes, as they stand in the names of outputs"},
    {:formats, nil, "a list of formats or :auto", "the formats; `:format` where it is not given"},
    {:name, nil, "a template",
     "what outputs are called below `:out`, with `{dir}`, `{name}`, `{source_ext}`, `{size}`, `{width}`, `{height}`, `{format}`, `{ext}`"},
    {:flat, false, "true or false", "without `{dir}`: all outputs in one folder"},
    {:suffix, nil, "a text without a slash", "what stands behind `{name}`, such as \"-small\""},
    {:beside, false, "true or false",
     "the outputs lie beside their originals, in place of `:out`"},
    {:include, [], "a list of globs", "take only files that match one of these"},
    {:exclude, [], "a list of globs", "leave out files and folders that match one of these"},
    {:since, nil, "a `DateTime`, or POSIX seconds", "take only files that changed since then"},
    {:retry_failed, false, "true or false", "take only files whose last attempt failed"},
    {:prune, false, "true or false", "delete the thumbnails of images that are gone"},
    {:follow_links, false, "true or false", "write through links to folders below `:out`"},
    {:overwrite, :older, ":older, :always, :never or :any",
     "what is made again of outputs that exist: those of a changed image or option; all; none; all, and files that no batch made are replaced, too"},
    {:on_failure, :keep_going, ":keep_going or :stop", "whether a failure is the end"},
    {:dry_run, false, "true or false", "say what would be done, and do nothing"},
    {:jobs, 1, "a positive integer", "how many images are worked on at the same time"},
    {:on, Thumbnailer, "the name of an instance, or {:cluster, group}",
     "who makes the thumbnails"},
    {:shared_storage, false, "true or false",
     "the nodes of the cluster read the images themselves"},
    {:observe, &Function.identity/1, "a function of one argument",
     "called with the report after each file, which is `report.last`; `:stop` ends the batch"},
    {:stop, &__MODULE__.never/0, "a function without arguments",
     "asked from time to time whether to end the batch"}
  ]

  @doc false
  @spec never() :: false
  def never, do: false

  @spec names() :: [atom]
  def names, do: for({name, _default, _accepts, _doc} <- @rows, do: name)

  @doc "The fields of a batch with their defaults."
  @spec defaults() :: keyword
  def defaults,
    do: for({name, default, _accepts, _doc} <- @rows, name != :out, do: {name, default})

  @spec docs() :: String.t()
  def docs do
    Enum.map_join(@rows, "\n", fn {name, default, accepts, doc} ->
      "  * `:#{name}` - #{doc}. #{String.upcase(String.first(accepts))}#{String.slice(accepts, 1..-1//1)}.#{default_doc(default)}"
    end)
  end

  defp default_doc(default) when default in [nil, []] or is_function(default), do: ""
  defp default_doc(default), do: " Default: `#{inspect(default)}`."

  @doc "The options as they are used; raises `ArgumentError` for the first that is wrong."
  @spec check!(keyword) :: keyword
  def check!(given) do
    given |> Keyword.keys() |> Keywords.refuse_twice!("option")

    for {name, value} <- given do
      {^name, default, accepts, _doc} = List.keyfind(@rows, name, 0)

      case if(value == default, do: {:ok, value}, else: cast(name, value)) do
        {:ok, value} ->
          {name, value}

        :error ->
          raise ArgumentError,
                "option #{inspect(name)} must be #{accepts}, got: #{inspect(value)}"
      end
    end
  end

  defp cast(name, value)
       when name in [
              :null,
              :flat,
              :beside,
              :retry_failed,
              :prune,
              :follow_links,
              :dry_run,
              :shared_storage
            ],
       do: ok_when(is_boolean(value), value)

  defp cast(name, value) when name in [:out, :from], do: ok_when(path?(value), value)

  defp cast(:name, value),
    do:
      ok_when(
        path?(value) and Path.type(value) != :absolute and ".." not in Path.split(value),
        value
      )

  defp cast(:suffix, value), do: ok_when(path?(value) and not String.contains?(value, "/"), value)

  defp cast(:sizes, [_ | _] = sizes) do
    if Enum.all?(sizes, &is_binary/1) do
      Enum.each(sizes, &Size.parse!/1)
      {:ok, Enum.uniq(sizes)}
    else
      :error
    end
  end

  defp cast(:formats, [_ | _] = formats),
    do: ok_when(Enum.all?(formats, &(&1 in [:auto | Formats.savers()])), Enum.uniq(formats))

  defp cast(name, globs) when name in [:include, :exclude],
    do: ok_when(is_list(globs) and Enum.all?(globs, &path?/1), globs)

  defp cast(:since, %DateTime{} = time), do: {:ok, DateTime.to_unix(time)}
  defp cast(:since, seconds), do: ok_when(is_integer(seconds), seconds)
  defp cast(:overwrite, value), do: ok_when(value in [:older, :always, :never, :any], value)
  defp cast(:on_failure, value), do: ok_when(value in [:keep_going, :stop], value)
  defp cast(:jobs, jobs), do: ok_when(is_integer(jobs) and jobs > 0, jobs)
  defp cast(:on, on), do: ok_when(on != nil, on)
  defp cast(:observe, value), do: ok_when(is_function(value, 1), value)
  defp cast(:stop, value), do: ok_when(is_function(value, 0), value)
  defp cast(_name, _value), do: :error

  defp path?(value), do: is_binary(value) and value != "" and not String.contains?(value, <<0>>)

  defp ok_when(true, value), do: {:ok, value}
  defp ok_when(false, _value), do: :error
end
