defmodule Thumbnailer.Batch.Maker do
  @moduledoc false
  # Makes what a plan says, and tells the journal.

  alias Thumbnailer.{Batch, Error, Thumbnail}
  alias Thumbnailer.Batch.{Format, Journal, Outcome, Plan}
  alias Thumbnailer.OS.RawPath
  alias Thumbnailer.Batch.Journal.{Fingerprint, Record}

  @doc "Makes the outputs that are due; never raises for what an input can cause."
  @spec make(Plan.t(), Batch.t(), journal :: pid) :: Outcome.t()
  def make(plan, batch, journal) do
    started = System.monotonic_time(:microsecond)
    {content, results} = attempt(plan, batch)
    products = for {output, {:ok, made}} <- Enum.zip(plan.due, results), do: product(output, made)
    errors = for({:error, error} <- results, do: error) |> Enum.uniq()
    warnings = for {:ok, thumbnail} <- results, line <- thumbnail.warnings, uniq: true, do: line
    remember(journal, %{plan | content: content}, products, errors)

    %Outcome{
      path: plan.path,
      state: if(errors == [], do: :made, else: :failed),
      outputs: products ++ plan.stand,
      errors: errors,
      warnings: warnings,
      made: length(products),
      bytes: content.size,
      milliseconds: (System.monotonic_time(:microsecond) - started) / 1000
    }
  end

  defp attempt(plan, batch) do
    with :ok <- check_free(plan),
         {:ok, content} <- Fingerprint.authenticate(plan.content, plan.path),
         :ok <- make_folders(plan.due) do
      case Thumbnailer.make_many(
             RawPath.expand(plan.path),
             Enum.map(plan.due, &wanted/1),
             call(batch)
           ) do
        {:ok, results} -> {content, results}
        {:error, error} -> {content, failed(plan, error)}
      end
    else
      {:error, error} -> {plan.content, failed(plan, error)}
    end
  end

  # Between plan and turn there may be a few hundred images: what somebody else has put there meanwhile is not replaced.
  defp check_free(plan) do
    Enum.find_value(plan.due, :ok, fn output ->
      if output.name in plan.free and match?({:ok, _info}, RawPath.lstat(output.path)),
        do:
          {:error,
           Error.new(
             :write_failed,
             "#{Format.printable(output.path)} has come into being meanwhile",
             refused: true
           )}
    end)
  end

  # One error for all outputs is counted once.
  defp failed(plan, error), do: for(_output <- plan.due, do: {:error, error})

  defp wanted(%{format: :auto} = output), do: {output.size, to: output.path}
  defp wanted(output), do: {output.size, to: output.path, format: output.format}

  defp product(output, %Thumbnail{} = thumbnail),
    do: Map.merge(output, Map.take(thumbnail, [:width, :height, :bytes]))

  defp remember(journal, plan, products, errors) do
    outputs =
      for %{bytes: _made} = output <- products ++ plan.stand,
          into: %{},
          do: {output.name, Map.take(output, [:size, :format, :width, :height, :bytes])}

    record = %Record{
      content: plan.content,
      options: plan.options,
      outputs: outputs,
      failed: with([error | _] <- errors, do: error.reason, else: ([] -> nil))
    }

    # What failed in a place that had nothing is not there now; what was there before still is.
    Journal.write(
      journal,
      RawPath.expand(plan.path),
      record,
      plan.free -- Enum.map(products, & &1.name)
    )
  end

  defp call(batch) do
    shared = if batch.shared_storage, do: [shared_storage: true], else: []
    [{:on, batch.on} | shared] ++ batch.options
  end

  defp make_folders(outputs) do
    outputs
    |> Enum.map(&Path.dirname(&1.path))
    |> Enum.uniq()
    |> Enum.find_value(:ok, fn folder ->
      with {:error, posix, which} <- RawPath.make_folder(folder),
           do:
             {:error,
              Error.new(
                :write_failed,
                "the folder #{Format.printable(which)} cannot be made: #{:file.format_error(posix)}"
              )},
           else: (:ok -> nil)
    end)
  end
end
