defmodule Thumbnailer.Batch.CLI.Arguments do
  @moduledoc false
  # The command line of `mix thumbnailer.batch`: its own flags stand in a table here, those of make/3 in the option table.

  alias Thumbnailer.{Batch, Options, Size}
  alias Thumbnailer.Batch.OutputName
  alias Thumbnailer.Options.Definition

  # Without --to, which would give every image the same file; --format is a list here.
  @made Options.table([:output, :request]) |> Enum.reject(&(&1.name in [:to, :format]))
  @format Definition.find!(:format, Options.table())

  @own [
    out: {:string, "the folder for the thumbnails; it is made when it is missing"},
    from:
      {:string,
       "a file that lists inputs, one path in each line or between null bytes; `-` is standard input"},
    size:
      {:keep,
       "a size, such as `200`, `200x100`, `200x` or `x100`; may be given several times. Default: `200x200`"},
    format:
      {:keep,
       "as in `Thumbnailer.make/3`, may be given several times: #{Definition.accepts(@format)}. Default: `auto`"},
    name:
      {:string,
       "what outputs are called: a path below `--out` with `{dir}`, `{name}`, `{size}`, `{width}`, `{height}`, " <>
         "`{format}` and `{ext}`. Default: `{dir}/{name}.{ext}`, with several sizes `{dir}/{name}-{size}.{ext}`"},
    jobs:
      {:integer,
       "how many images are worked on at the same time. Default: one for each processor, with `--cluster` 128"},
    overwrite:
      {:string,
       "which outputs that exist are made again: `older`, those of an image or with options that changed; `always`; " <>
         "`never`. Default: `older`"},
    keep_going: {:boolean, "go on after a failure; the default"},
    stop_on_error: {:boolean, "begin no further image after a failure"},
    dry_run: {:boolean, "say what would be made, and make nothing"},
    report: {:boolean, "write a contact sheet, `index.html` in `--out`"},
    quiet: {:boolean, "show no progress"},
    json: {:boolean, "write JSON lines instead, see below"},
    cluster:
      {:string,
       "make the thumbnails on the instances of this cluster group, see docs/clustering.md"},
    shared_storage:
      {:boolean, "the nodes of the cluster read the inputs themselves, by the same paths"},
    sname: {:string, "the name of this node, where the BEAM was started without one"},
    connect: {:keep, "a node of the cluster; may be given several times"}
  ]

  @switches Enum.map(@own, fn {name, {type, _doc}} -> {name, type} end) ++
              Enum.flat_map(@made, &Definition.switches/1)

  @cluster_jobs 128

  @typedoc "What is shown of a batch, and how its node is found."
  @type display :: %{
          quiet: boolean,
          json: boolean,
          report: boolean,
          node: String.t() | nil,
          connect: [String.t()]
        }

  @doc "The documentation of all flags, as a Markdown list."
  @spec docs() :: String.t()
  def docs do
    own = for {name, {_type, doc}} <- @own, do: {[name], doc}

    made =
      for option <- @made,
          do: {Definition.names(option), "as in `Thumbnailer.make/3`: #{option.doc}"}

    Enum.map_join(own ++ made, "\n", fn {names, doc} ->
      "  * #{Enum.map_join(names, ", ", &"`--#{flag(&1)}`")} - #{doc}"
    end)
  end

  @doc "Reads a command line; raises `Mix.Error` and says what is accepted."
  @spec parse!([String.t()]) :: {Batch.t(), display}
  def parse!(arguments) do
    {flags, inputs} = OptionParser.parse!(arguments, strict: @switches)
    {list, patterns} = list!(flags[:from], inputs)
    refuse_contradiction!(flags)
    on = on!(flags)

    batch = %Batch{
      patterns: patterns,
      from: list,
      out: flags[:out] || Mix.raise("give the folder for the thumbnails: --out DIR"),
      sizes: flags |> Keyword.get_values(:size) |> sizes!(),
      formats: flags |> Keyword.get_values(:format) |> formats!(),
      name: name!(flags[:name]),
      jobs: jobs!(flags[:jobs], on),
      on: on,
      shared_storage: flags[:shared_storage] == true,
      overwrite: overwrite!(Keyword.get(flags, :overwrite, "older")),
      on_failure: if(flags[:stop_on_error], do: :stop, else: :keep_going),
      dry_run: flags[:dry_run] == true,
      options:
        for(
          option <- @made,
          given <- given!(flags, option),
          do: option!(option, given)
        )
    }

    {validate!(batch), display(flags)}
  end

  defp display(flags) do
    %{
      quiet: flags[:quiet] == true,
      json: flags[:json] == true,
      report: flags[:report] == true,
      node: flags[:sname],
      connect: Keyword.get_values(flags, :connect)
    }
  end

  defp list!(nil, []),
    do: Mix.raise("give at least one file, folder or glob; see mix help thumbnailer.batch")

  defp list!(from, inputs),
    do: if("-" in inputs, do: stdin!(from, inputs -- ["-"]), else: {from, inputs})

  defp stdin!(nil, patterns), do: {"-", patterns}

  defp stdin!(from, _patterns),
    do: Mix.raise("there are two lists, --from #{from} and -; give one")

  defp refuse_contradiction!(flags) do
    if flags[:keep_going] && flags[:stop_on_error],
      do: Mix.raise("--keep-going contradicts --stop-on-error")

    for name <- [:shared_storage, :sname, :connect], flags[name] && !flags[:cluster] do
      Mix.raise("--#{flag(name)} is of use with --cluster only")
    end

    :ok
  end

  defp on!(flags) do
    case flags[:cluster] do
      nil -> Thumbnailer.Batch
      "" -> Mix.raise("--cluster: it takes the name of a cluster group")
      # As Elixir writes the name of a module: --cluster MyApp.Thumbs is what cluster: MyApp.Thumbs joins.
      <<upper, _::binary>> = group when upper in ?A..?Z -> {:cluster, Module.concat([group])}
      group -> {:cluster, String.to_atom(group)}
    end
  end

  # Said before the first image, not after each.
  defp sizes!([]), do: ["200x200"]

  defp sizes!(sizes) do
    Enum.each(sizes, &Size.parse!/1)
    Enum.uniq(sizes)
  rescue
    error in ArgumentError -> Mix.raise("--size: " <> error.message)
  end

  defp formats!([]), do: nil
  defp formats!(formats), do: formats |> Enum.map(&elem(option!(@format, &1), 1)) |> Enum.uniq()

  defp name!(nil), do: nil

  defp name!(template) do
    if Path.type(template) == :absolute or ".." in Path.split(template),
      do: Mix.raise("--name #{template}: it leads out of --out")

    OutputName.parse!(template)
  rescue
    error in ArgumentError -> Mix.raise("--name #{template}: " <> error.message)
  end

  defp validate!(batch) do
    _validated = Batch.validate!(batch)
    batch
  rescue
    error in ArgumentError -> Mix.raise("--name: " <> error.message)
  end

  defp jobs!(nil, {:cluster, _group}), do: @cluster_jobs
  defp jobs!(nil, _on), do: System.schedulers_online()
  defp jobs!(jobs, {:cluster, _group}) when jobs in 1..100_000, do: jobs
  defp jobs!(jobs, _on) when jobs in 1..256, do: jobs
  defp jobs!(jobs, _on), do: Mix.raise("--jobs #{jobs}: it takes an integer from 1 to 256")

  defp overwrite!("older"), do: :older
  defp overwrite!("always"), do: :always
  defp overwrite!("never"), do: :never

  defp overwrite!(text),
    do: Mix.raise("--overwrite #{text}: it takes one of older, always, never")

  defp given!(flags, option) do
    case for name <- Definition.names(option), Keyword.has_key?(flags, name), do: name do
      [] -> []
      [name] -> [flags[name]]
      names -> Mix.raise("#{Enum.map_join(names, " and ", &"--#{flag(&1)}")} are the same flag")
    end
  end

  defp option!(option, given) do
    case Definition.parse(option, given) do
      {:ok, value} -> {option.name, value}
      :error -> Mix.raise("--#{flag(option.name)} #{given}: it takes #{takes(option)}")
    end
  end

  defp takes(%{type: :choice, choices: choices}), do: "one of " <> Enum.join(choices, ", ")
  defp takes(%{type: :colour}), do: "a colour such as #fff, #ff8800 or #ff880080"
  defp takes(option), do: Definition.accepts(option)

  defp flag(name), do: name |> to_string() |> String.replace("_", "-")
end
