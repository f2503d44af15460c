defmodule Thumbnailer.Batch.CLI.Flag do
  @moduledoc false
  # The table of the flags of a batch: name, the letter that stands for it, how its value is read, which option of
  # `Thumbnailer.Batch.run/2` it is (or `:display`, for the command line itself), and what it does. Those of a thumbnail come from the
  # option table.

  alias Thumbnailer.Options
  alias Thumbnailer.Options.Definition

  # Without --to, which would give every image the same file; --format is a list here.
  @made Options.table([:output, :request]) |> Enum.reject(&(&1.name in [:to, :format]))
  @format Definition.find!(:format, Options.table())

  @rows [
    {:out, ?o, :text, :out, "the folder for the thumbnails; it is made when it is missing"},
    {:from, ?i, :text, :from,
     "a file that lists inputs, one path in each line or between null bytes; `-` is standard input"},
    {:null, ?0, :switch, :null,
     "the paths of the list stand between null bytes; else that is known by one in the first 64 kB"},
    {:size, ?s, :list, :sizes,
     "a size, such as `200`, `200x100`, `200x` or `x100`; may be given several times. Default: `200x200`"},
    {:format, ?f, :formats, :formats,
     "as in `Thumbnailer.make/3`, may be given several times: #{Definition.accepts(@format)}. Default: `auto`"},
    {:name, ?n, :text, :name,
     "what outputs are called: a path below `--out` with `{dir}`, `{name}`, `{source_ext}`, `{size}`, `{width}`, `{height}`, `{format}` " <>
       "and `{ext}`. Default: `{dir}/{name}.{ext}`, with several sizes `{dir}/{name}-{size}.{ext}`"},
    {:flat, nil, :switch, :flat, "all outputs in one folder, without `{dir}`"},
    {:suffix, nil, :text, :suffix, "what stands behind the name, such as `-small`"},
    {:beside, ?b, :switch, :beside,
     "the outputs lie beside their originals, in place of `--out`; takes one folder or glob. Default of `--suffix` there: `-{size}`"},
    {:include, nil, :list, :include,
     "take only files that match this glob: `*.jpg` is matched against names, `2026/**` against paths below the input; may be given several times"},
    {:exclude, ?x, :list, :exclude,
     "leave out files and folders that match this glob; may be given several times, and is stronger than `--include`"},
    {:since, nil, :time, :since,
     "take only files that changed since then: `2026-11-25`, `2026-11-25T10:00:00Z`, or `90m`, `12h`, `7d` ago"},
    {:retry_failed, nil, :switch, :retry_failed, "take only images that failed in the last run"},
    {:prune, nil, :switch, :prune,
     "delete thumbnails whose image is gone, of those that the journal has; look with `--dry-run` first. Not when a folder could not be read"},
    {:follow_links, nil, :switch, :follow_links,
     "write through links to folders below `--out`, which is refused else"},
    {:overwrite, nil, :overwrite, :overwrite,
     "what is made again of outputs that exist: `older`, those of an image or with options that changed; `always`, all; `never`, none. " <>
       "These replace only files that the journal has; `any` makes all again and replaces others, too. No image of the run is ever replaced. Default: `older`"},
    {:steps, nil, :text, :display,
     "the folder with the modules of the steps that `--step` names, `NAME.wasm`, as in `--step duotone:strength=0.5,dark=#102030` and, " <>
       "one after the other, `--step duotone+dither`. Default: `priv/steps`. With `--cluster` the group has the steps"},
    {:keep_going, ?k, :switch, :display, "go on after a failure; the default"},
    {:stop_on_error, nil, :switch, :display, "begin no further image after a failure"},
    {:dry_run, ?N, :switch, :dry_run, "say what would be done, and do nothing"},
    {:jobs, ?j, :jobs, :jobs,
     "how many images are worked on at the same time, or `auto`: one for each processor, with `--cluster` 128. Default: `auto`"},
    {:report, nil, :switch, :display, "write a contact sheet, `index.html` in `--out`"},
    {:verbose, ?v, :switch, :display,
     "show each file and what became of it, those that were left out, too"},
    {:quiet, ?q, :switch, :display, "show no progress, and only the summary and failures"},
    {:log, ?l, :text, :display, "append to this file what `--verbose` shows, with the time"},
    {:json, nil, :switch, :display,
     "write JSON lines to standard output instead, and nothing else; see below"},
    {:cluster, nil, :text, :display,
     "make the thumbnails on the instances of this cluster group, see docs/clustering.md"},
    {:shared_storage, nil, :switch, :shared_storage,
     "the nodes of the cluster read the inputs themselves, by the same paths"},
    {:sname, nil, :text, :display,
     "the name of this node, where the BEAM was started without one"},
    {:connect, nil, :list, :display, "a node of the cluster; may be given several times"},
    {:help, ?h, :switch, :display, "show this"}
  ]

  @type row :: {atom, char | nil, atom, atom, String.t()}

  @spec table() :: [row]
  def table, do: @rows

  @doc "The options of a thumbnail that are flags, and that of its format."
  @spec made() :: [Definition.t()]
  def made, do: @made

  @spec format() :: Definition.t()
  def format, do: @format

  @doc "The flags that take a number, or stand alone for `true`."
  @spec amounts() :: [String.t()]
  def amounts,
    do:
      for(
        %{type: :amount} = option <- @made,
        name <- Definition.names(option),
        do: "--" <> flag(name)
      )

  @doc "For `OptionParser`."
  @spec parser() :: keyword
  def parser do
    own = for {name, _letter, type, _option, _doc} <- @rows, do: {name, parsed(type)}

    made = Enum.flat_map(@made, &Definition.switches/1)

    aliases =
      for {name, letter, _type, _option, _doc} <- @rows,
          letter != nil,
          do: {String.to_atom(<<letter>>), name}

    [strict: own ++ made, aliases: aliases]
  end

  defp parsed(:switch), do: :boolean
  defp parsed(type) when type in [:list, :formats], do: :keep
  defp parsed(_type), do: :string

  @doc "The documentation of all flags, as a Markdown list."
  @spec docs() :: String.t()
  def docs do
    own = for {name, letter, _type, _option, doc} <- @rows, do: {[name], letter, doc}

    made =
      for option <- @made,
          do: {Definition.names(option), nil, "as in `Thumbnailer.make/3`: #{option.doc}"}

    Enum.map_join(own ++ made, "\n", fn {names, letter, doc} ->
      written =
        Enum.map(names, &"`--#{flag(&1)}`") ++ if(letter, do: ["`-#{<<letter>>}`"], else: [])

      "  * #{Enum.join(written, ", ")} - #{doc}"
    end)
  end

  @doc "A name as it is written on the command line."
  @spec flag(atom) :: String.t()
  def flag(name), do: name |> Atom.to_string() |> String.replace("_", "-")
end
