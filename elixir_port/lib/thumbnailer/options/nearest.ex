defmodule Thumbnailer.Options.Nearest do
  @moduledoc false
  # The name that somebody meant who wrote another.

  # Words that share a few letters, such as upscale and greyscale, are below it; those with a letter wrong are above.
  @similar 0.85

  @doc "The name that is most like the one given, nil when none is like it."
  @spec find(atom, [term]) :: atom | nil
  def find(given, names) do
    names
    |> Enum.filter(&is_atom/1)
    |> Enum.map(&{similarity(&1, given), &1})
    |> Enum.max(fn -> {0.0, nil} end)
    |> case do
      {similarity, name} when similarity >= @similar -> name
      _none -> nil
    end
  end

  defp similarity(name, given), do: String.jaro_distance(to_string(name), to_string(given))
end
