defmodule Thumbnailer.Keywords do
  @moduledoc false
  # What each list of options has to be: a keyword list of known names, each of them once. Else the caller would not learn that
  # what it gave has no effect.

  @doc "The options as they are; raises `ArgumentError` for the first that is wrong."
  @spec check!(term, [atom]) :: keyword
  def check!(given, names) do
    for {name, _value} <- keyword!(given), name not in names do
      raise ArgumentError,
            "unknown option #{inspect(name)}; accepted are #{Enum.map_join(names, ", ", &inspect/1)}"
    end

    given |> Keyword.keys() |> refuse_twice!("option")
    given
  end

  @doc "Raises unless it is a keyword list."
  @spec keyword!(term) :: keyword
  def keyword!(given) do
    if Keyword.keyword?(given),
      do: given,
      else:
        raise(ArgumentError, "options must be a keyword list, got: #{inspect(given, limit: 5)}")
  end

  @doc "Raises when one of the names stands there more than once; `what` they name."
  @spec refuse_twice!([term], String.t()) :: :ok
  def refuse_twice!(names, what) do
    with [twice | _] <- names -- Enum.uniq(names),
         do: raise(ArgumentError, "#{what} #{inspect(twice)} is given more than once")

    :ok
  end
end
