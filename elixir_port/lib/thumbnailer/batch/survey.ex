defmodule Thumbnailer.Batch.Survey do
  @moduledoc false
  # The look at all inputs before the first image: which there are, which are left out and why, which files must not be replaced as
  # they are inputs, and whether two inputs would have the same output.

  alias Thumbnailer.{Batch, Error}
  alias Thumbnailer.Batch.{Clash, Input, Journal, Outcome, OutputPaths, Report}
  alias Thumbnailer.Batch.Input.{Filter, Search, Spool}
  alias Thumbnailer.OS.{Parallel, RawPath}
  alias Thumbnailer.Batch.Journal.OutputClaims

  # Inputs that are looked at together.
  @chunk 512

  @enforce_keys [:batch, :claims, :filter, :spool, :report, :observe]
  defstruct [
    :batch,
    :claims,
    :filter,
    :spool,
    :report,
    :observe,
    :journal,
    clashes: Clash.none(),
    complete: true
  ]

  @typedoc "`report` counts the inputs that have their outcome already; `complete` is whether all folders could be read."
  @type t :: %__MODULE__{
          batch: Batch.t(),
          claims: OutputClaims.t(),
          filter: Filter.t(),
          spool: Spool.t(),
          report: Report.t(),
          observe: (Report.t() -> term),
          journal: Journal.t() | nil,
          clashes: Clash.t(),
          complete: boolean
        }

  @doc "Looks at all inputs; the spool has those whose turn will come."
  @spec take(t) :: {:ok, t} | {:error, Error.t()}
  def take(%__MODULE__{batch: batch} = survey) do
    survey
    |> where()
    |> Search.stream()
    |> Stream.chunk_every(@chunk)
    |> Enum.reduce_while({:ok, survey}, fn found, {:ok, survey} ->
      cond do
        batch.stop.() ->
          {:halt, {:ok, survey}}

        true ->
          with {:ok, survey} <- look(survey, found),
               do: {:cont, {:ok, survey}},
               else: (error -> {:halt, error})
      end
    end)
    |> finish()
  end

  defp where(%{batch: batch, filter: filter}) do
    bases = Enum.map(batch.patterns, &RawPath.expand(Search.base(&1)))

    %{
      patterns: batch.patterns,
      from: batch.from,
      null: batch.null,
      filter: filter,
      # Where outputs lie beside the inputs, they are told apart by the journal.
      out: if(batch.out in bases, do: nil, else: batch.out)
    }
  end

  defp finish({:error, error}), do: {:error, error}

  defp finish({:ok, survey}) do
    with :ok <- Clash.refuse(survey.clashes, survey.batch) do
      case Spool.rewind(survey.spool) do
        {:ok, spool} ->
          {:ok, %{survey | spool: spool, complete: survey.complete and there?(survey.batch)}}

        {:error, posix} ->
          {:error, unwritable(posix)}
      end
    end
  end

  # A disk that is not mounted has no folder of that name, or an empty one.
  defp there?(batch),
    do: Enum.all?(batch.patterns, &(RawPath.folder?(Search.base(&1)) and Search.there?(&1)))

  defp look(survey, found) do
    # A list that ends early would be a batch that misses images in silence.
    with nil <-
           Enum.find(found, &match?({:error, list, _error} when list == survey.batch.from, &1)) do
      {inputs, told} = survey |> judge(found) |> Enum.split_with(&is_tuple/1)
      told |> Enum.reduce(survey, &tell(&2, &1)) |> claim(inputs)
    else
      {:error, _list, error} -> {:error, error}
    end
  end

  defp tell(survey, outcome) do
    report = Report.add(survey.report, outcome)
    _ = survey.observe.(report)
    %{survey | report: report, complete: survey.complete and outcome.state != :failed}
  end

  # Each is an input with what the file system says of it, or an outcome.
  defp judge(%{filter: filter} = survey, found) do
    found
    |> Parallel.map(&examine(filter, &1))
    |> leave_out(:thumbnail, &own(survey, &1))
    |> leave_out(:not_failed, &not_failed(survey, &1))
  end

  defp examine(_filter, {:left_out, kind, path}), do: left_out(path, kind)
  defp examine(_filter, {:error, path, error}), do: Outcome.failed(path, error)

  defp examine(filter, %Input{path: path} = input) do
    full = RawPath.expand(path)
    info = input.info || info(path)

    cond do
      info && not Filter.recent?(filter, info.mtime) -> left_out(path, :older)
      ".thumbnailer" in Path.split(full) -> left_out(path, :thumbnail)
      true -> {input, full, info}
    end
  end

  defp left_out(path, kind), do: %Outcome{path: path, state: :left_out, kind: kind}
  defp info(path), do: with({:ok, info} <- RawPath.stat(path), do: info, else: (_error -> nil))

  # The journal is asked once for all.
  defp leave_out(found, kind, which) do
    left = MapSet.new(which.(for {_input, full, _info} <- found, do: full))

    Enum.map(found, fn
      {input, full, _info} = examined ->
        if full in left, do: left_out(input.path, kind), else: examined

      outcome ->
        outcome
    end)
  end

  defp own(%{journal: nil}, _paths), do: []

  defp own(%{journal: journal, batch: %{out: out}}, paths) do
    skip = byte_size(out) + 1
    below = Enum.filter(paths, &String.starts_with?(&1, out <> "/"))
    names = Enum.map(below, &binary_part(&1, skip, byte_size(&1) - skip))

    for {path, made} when made != nil <- Enum.zip(below, Journal.outputs(journal, names)),
        do: path
  end

  defp not_failed(%{batch: %{retry_failed: false}}, _paths), do: []
  defp not_failed(%{journal: nil}, paths), do: paths

  defp not_failed(%{journal: journal}, paths) do
    for {path, record} <- Enum.zip(paths, Journal.records(journal, paths)),
        record == nil or record.failed == nil,
        do: path
  end

  # -- claims

  defp claim(survey, inputs) do
    OutputClaims.add_sources(
      survey.claims,
      for({_input, full, %{type: :regular} = info} <- inputs, do: {info, full})
    )

    claims =
      Enum.map(inputs, fn {input, full, _info} ->
        {input, full, outputs(survey.batch, input, full)}
      end)

    pairs = for {_input, full, outputs} <- claims, output <- outputs, do: {output, full}
    results = OutputClaims.claim(survey.claims, pairs)
    {survey, inputs} = sort(survey, claims, results, [])

    case Spool.append(survey.spool, inputs) do
      {:ok, spool} -> {:ok, %{survey | spool: spool}}
      {:error, posix} -> {:error, unwritable(posix)}
    end
  end

  defp outputs(batch, input, full) do
    case OutputPaths.by_path(batch, input.path, input.relative) do
      {:ok, outputs} -> Enum.map(outputs, & &1.path)
      # Only the image can tell: claimed when its turn comes. That it is named twice is seen by the input itself.
      :later -> [<<0>> <> full]
    end
  end

  defp sort(survey, [], [], inputs), do: {survey, Enum.reverse(inputs)}

  defp sort(survey, [{input, full, outputs} | claims], results, inputs) do
    {results, rest} = Enum.split(results, length(outputs))

    cond do
      results != [] and Enum.all?(results, &(&1 == :again)) ->
        survey |> tell(left_out(input.path, :repeated)) |> sort(claims, rest, inputs)

      clash = Enum.find(Enum.zip(outputs, results), &match?({_output, {:taken, _other}}, &1)) ->
        {output, {:taken, other}} = clash

        sort(
          %{survey | clashes: Clash.add(survey.clashes, output, other, full)},
          claims,
          rest,
          inputs
        )

      true ->
        sort(survey, claims, rest, [{input.path, input.relative} | inputs])
    end
  end

  defp unwritable(posix),
    do:
      Error.new(:write_failed, "the list of inputs cannot be kept: #{:file.format_error(posix)}")
end
