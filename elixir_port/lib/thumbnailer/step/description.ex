defmodule Thumbnailer.Step.Description do
  @moduledoc false
  # Reads the text in which a step describes itself: docs/steps.md. The program has limited and checked its bytes.

  alias Thumbnailer.Error
  alias Thumbnailer.Step.Parameter

  @max_bytes 4096
  @max_parameters 16
  @name ~r/\A[a-z][a-z0-9_]{0,31}\z/
  @number ~r/\A-?[0-9]+(\.[0-9]+)?\z/
  @types %{
    "number" => :number,
    "integer" => :integer,
    "boolean" => :boolean,
    "colour" => :colour,
    "choice" => :choice
  }

  @doc "The version, the summary and the parameters of a step."
  @spec parse(String.t()) ::
          {:ok, %{version: String.t(), summary: String.t(), parameters: [Parameter.t()]}}
          | {:error, Error.t()}
  def parse(text) when byte_size(text) > @max_bytes,
    do: {:error, bad("has more than #{@max_bytes} bytes")}

  def parse(text) do
    [heading | lines] = text |> String.trim_trailing("\n") |> String.split("\n")

    with true <- String.valid?(text) || {:error, bad("is not UTF-8")},
         {:ok, version, summary} <- heading(heading),
         {:ok, parameters} <- parameters(lines),
         do: {:ok, %{version: version, summary: summary, parameters: parameters}}
  end

  defp heading(line) do
    with ["step/1", name, version, summary] when version != "" and summary != "" <-
           String.split(line, " ", parts: 4),
         true <- name =~ @name do
      {:ok, version, summary}
    else
      _other -> {:error, bad("does not begin with: step/1 name version summary")}
    end
  end

  defp parameters(lines) when length(lines) > @max_parameters,
    do: {:error, bad("has more than #{@max_parameters} parameters")}

  defp parameters(lines) do
    parameters = Enum.map(lines, &parameter/1)
    names = for %Parameter{name: name} <- parameters, do: name

    cond do
      :error in parameters ->
        line = Enum.find_index(parameters, &(&1 == :error)) + 2
        {:error, bad("has a line #{line} that is not: name type range default meaning")}

      names != Enum.uniq(names) ->
        {:error, bad("has the parameter #{hd(names -- Enum.uniq(names))} twice")}

      true ->
        {:ok, parameters}
    end
  end

  defp parameter(line) do
    with [name, type, range, default, meaning] when meaning != "" <-
           String.split(line, " ", parts: 5),
         true <- name =~ @name,
         {:ok, type} <- Map.fetch(@types, type),
         {:ok, parameter} <- range(%Parameter{name: name, type: type, meaning: meaning}, range),
         {:ok, value} <- Parameter.cast(parameter, default) do
      %{parameter | default: default(parameter, default, value)}
    else
      _other -> :error
    end
  end

  defp range(%{type: type} = parameter, range) when type in [:number, :integer] do
    with [min, max] <- String.split(range, ".."),
         true <- min =~ @number and max =~ @number,
         {min, ""} <- number(min),
         {max, ""} <- number(max),
         true <- min <= max and (type == :number or (is_integer(min) and is_integer(max))) do
      {:ok, %{parameter | min: min, max: max}}
    else
      _other -> :error
    end
  end

  defp range(%{type: :choice} = parameter, range) do
    words = String.split(range, ",")

    if Enum.all?(words, &(&1 =~ @name)) and words == Enum.uniq(words) and length(words) <= 32,
      do: {:ok, %{parameter | choices: words}},
      else: :error
  end

  defp range(parameter, "-"), do: {:ok, parameter}
  defp range(_parameter, _range), do: :error

  defp number(text) do
    if String.contains?(text, "."), do: Float.parse(text), else: Integer.parse(text)
  end

  defp default(%{type: :number}, _text, value), do: value
  defp default(%{type: :integer}, _text, value), do: trunc(value)
  defp default(%{type: :boolean}, _text, value), do: value == 1.0
  defp default(_parameter, text, _value), do: text

  defp bad(what), do: Error.new(:bad_step, "the description of the step #{what}")
end
