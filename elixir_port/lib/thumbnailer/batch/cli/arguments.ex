defmodule Thumbnailer.Batch.CLI.Arguments do
  @moduledoc false
  # A command line as a batch, and how it is shown.

  alias Thumbnailer.Batch
  alias Thumbnailer.Batch.CLI.{Flag, Time}
  alias Thumbnailer.Options.Definition

  @cluster_jobs 128

  # Where `mix thumbnailer.step` puts them.
  @steps "priv/steps"

  @typedoc "What is shown of a batch, and how its node is found."
  @type display :: %{
          quiet: boolean,
          verbose: boolean,
          json: boolean,
          report: boolean,
          log: Path.t() | nil,
          steps: Path.t(),
          node: String.t() | nil,
          connect: [String.t()]
        }

  @doc "Reads a command line; an error says what is accepted."
  @spec parse([String.t()]) :: {:ok, Batch.t(), display} | :help | {:error, String.t()}
  def parse(arguments) do
    {flags, inputs} =
      arguments |> Enum.map(&null/1) |> amounts() |> OptionParser.parse!(Flag.parser())

    if flags[:help], do: :help, else: read(flags, inputs)
  rescue
    error in OptionParser.ParseError -> {:error, unknown(error)}
  catch
    {:refused, message} -> {:error, message}
  end

  # OptionParser takes it for a number.
  defp null("-0"), do: "--null"
  defp null(argument), do: argument

  # A flag such as --sharpen needs no number.
  defp amounts([flag | rest]) do
    if flag in Flag.amounts() and not Enum.any?(Enum.take(rest, 1), &amount?/1),
      do: [flag, "true" | amounts(rest)],
      else: [flag | amounts(rest)]
  end

  defp amounts([]), do: []

  defp amount?(text), do: text =~ ~r/\A(true|false|[-+]?\.?\d[\d.,e]*)\z/

  # Without its first line, which counts the errors.
  defp unknown(error) do
    [_count | lines] = error |> Exception.message() |> String.split("\n", trim: true)
    Enum.map_join(lines, "; ", &String.replace(&1, " : ", ": "))
  end

  defp read(flags, inputs) do
    {from, patterns} = list(flags[:from], inputs)
    refuse_contradictions(flags)
    on = on(flags[:cluster])

    options =
      own(flags) ++
        made(flags) ++
        [
          on: on,
          jobs: jobs(flags[:jobs], on),
          on_failure: if(flags[:stop_on_error], do: :stop, else: :keep_going)
        ]

    options = if from, do: Keyword.put(options, :from, from), else: options
    {:ok, batch(patterns, options), display(flags)}
  end

  # What the options of a batch are called there is a flag here.
  defp batch(patterns, options) do
    if patterns == [] and options[:from] == nil,
      do: refuse("give at least one file, folder or glob; --help shows all flags")

    unless options[:out] || options[:beside],
      do: refuse("give the folder for the thumbnails: --out DIR, or --beside")

    Batch.new!(patterns, options)
  rescue
    error in ArgumentError -> refuse(flagged(error.message))
  end

  defp flagged(message) do
    Regex.replace(
      ~r/(?:options?:? )?:(out|from|name|flat|suffix|beside|include|exclude)\b/,
      message,
      fn _all, name -> "--" <> name end
    )
  end

  defp own(flags) do
    for {name, _letter, type, option, _doc} <- Flag.table(),
        option not in [:display, :from, :jobs],
        Keyword.has_key?(flags, name),
        do: {option, value(type, name, flags)}
  end

  defp value(:list, name, flags), do: Keyword.get_values(flags, name)

  defp value(:formats, name, flags),
    do: for(text <- Keyword.get_values(flags, name), do: parsed(Flag.format(), text))

  defp value(:overwrite, name, flags), do: overwrite(flags[name])

  defp value(:time, name, flags) do
    case Time.parse(flags[name], System.os_time(:second)) do
      {:ok, seconds} ->
        seconds

      :error ->
        refuse(
          "--#{name} #{flags[name]}: it takes a date such as 2026-11-25, a time such as 2026-11-25T10:00:00Z, or 90m, 12h, 7d ago"
        )
    end
  end

  defp value(_type, name, flags), do: flags[name]

  defp made(flags) do
    for option <- Flag.made(),
        given <- given(flags, option),
        do: {option.name, parsed(option, given)}
  end

  # An option may have two spellings.
  defp given(flags, option) do
    case for name <- Definition.names(option), Keyword.has_key?(flags, name), do: name do
      [] -> []
      [name] -> [flags[name]]
      names -> refuse("#{Enum.map_join(names, " and ", &"--#{Flag.flag(&1)}")} are the same flag")
    end
  end

  defp parsed(option, given) do
    case Definition.parse(option, given) do
      {:ok, value} -> value
      :error -> refuse("--#{Flag.flag(option.name)} #{given}: it takes #{takes(option)}")
    end
  end

  # As it is written on a command line, which is not how Elixir writes it.
  defp takes(%{type: :choice, choices: choices}), do: "one of " <> Enum.join(choices, ", ")
  defp takes(%{type: :colour}), do: "a colour such as #fff, #ff8800 or #ff880080"
  defp takes(%{type: :focus}), do: "two numbers from 0 to 1, such as 0.5,0.2"

  defp takes(%{type: :steps}),
    do:
      "the name of a step with its parameters, such as duotone:strength=0.5, or several of them with + between"

  defp takes(%{type: :region}),
    do:
      "left,top,width,height in pixels or, when one has a point, as parts of the image, such as 0.1,0.1,0.5,0.5"

  defp takes(option), do: Definition.accepts(option)

  defp list(from, inputs),
    do: if("-" in inputs, do: stdin(from, inputs -- ["-"]), else: {from, inputs})

  defp stdin(nil, patterns), do: {"-", patterns}
  defp stdin(from, _patterns), do: refuse("there are two lists, --from #{from} and -; give one")

  defp refuse_contradictions(flags) do
    for {one, other} <- [keep_going: :stop_on_error, quiet: :verbose, json: :verbose],
        flags[one] && flags[other] do
      refuse("--#{Flag.flag(one)} contradicts --#{Flag.flag(other)}")
    end

    for name <- [:shared_storage, :sname, :connect], flags[name] && !flags[:cluster] do
      refuse("--#{Flag.flag(name)} is of use with --cluster only")
    end

    if flags[:steps] && flags[:cluster],
      do: refuse("--steps contradicts --cluster: the nodes of the group have their steps")
  end

  defp on(nil), do: Batch
  defp on(""), do: refuse("--cluster: it takes the name of a cluster group")

  # As Elixir writes the name of a module: --cluster MyApp.Thumbs is what cluster: MyApp.Thumbs joins.
  defp on(<<upper, _::binary>> = group) when upper in ?A..?Z,
    do: {:cluster, Module.concat([group])}

  defp on(group), do: {:cluster, String.to_atom(group)}

  defp jobs(auto, {:cluster, _group}) when auto in [nil, "auto"], do: @cluster_jobs
  defp jobs(auto, _on) when auto in [nil, "auto"], do: System.schedulers_online()
  defp jobs(text, {:cluster, _group}), do: jobs_to(text, 100_000)
  defp jobs(text, _on), do: jobs_to(text, 256)

  defp jobs_to(text, most) do
    case Integer.parse(text) do
      {jobs, ""} when jobs in 1..most//1 -> jobs
      _other -> refuse("--jobs #{text}: it takes an integer from 1 to #{most}, or auto")
    end
  end

  defp overwrite("older"), do: :older
  defp overwrite("always"), do: :always
  defp overwrite("never"), do: :never
  defp overwrite("any"), do: :any

  defp overwrite(text),
    do: refuse("--overwrite #{text}: it takes one of older, always, never, any")

  defp display(flags) do
    %{
      quiet: flags[:quiet] == true,
      verbose: flags[:verbose] == true,
      json: flags[:json] == true,
      report: flags[:report] == true,
      log: flags[:log],
      steps: flags[:steps] || @steps,
      node: flags[:sname],
      connect: Keyword.get_values(flags, :connect)
    }
  end

  @spec refuse(String.t()) :: no_return
  defp refuse(message), do: throw({:refused, message})
end
